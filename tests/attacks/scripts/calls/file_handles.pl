# name: Open files by handle
# tries: name_to_handle_at and open_by_handle_at, as the Shocker attack on Docker
# expect: fails
# control: root
my $handle = pack "Iia128", 128, 0, "";
my $mount = pack "i", 0;
held(refused("name_to_handle_at", -100, "/\0", $handle, $mount, 0), refused("open_by_handle_at", -100, $handle, 0));
