# name: Use the kernel's keyrings
# tries: add_key, request_key and keyctl: keyrings know no namespaces
# expect: fails
# control: user
held(
    refused("keyctl", 0, -3, 0, 0, 0),
    refused("add_key", "user\0", "attack\0", "x", 1, -2),
    refused("request_key", "user\0", "attack\0", 0, 0),
);
