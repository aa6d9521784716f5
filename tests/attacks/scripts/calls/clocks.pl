# name: Set the clock or the name of the host
# tries: settimeofday, clock_adjtime, sethostname and setdomainname
# expect: fails
# control: root
held(refused("settimeofday", 0, 0), refused("clock_adjtime", 0, pack("I52", 0x2000, (0) x 51)),
    refused("sethostname", "attack", 6), refused("setdomainname", "attack", 6));
