# name: Share memory with another session
# tries: System V and POSIX shared memory and message queues, by the names and keys that the host and a session use
# expect: absent
# control: user
my $segment = call('shmget', $ENV{BAIT_SHARED_KEY}, 0, 0);
breach('the shared memory is there') if $segment >= 0;
my $said = "shmget: $!";
my $queue = call('mq_open', "$ENV{BAIT_QUEUE}\0", 0, 0, 0);
breach('the message queue is there') if $queue >= 0;
breach('the shared file is there') if -e "/dev/shm/$ENV{BAIT_SHARED_FILE}";
held($said, "mq_open: $!");
