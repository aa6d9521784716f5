"""The files of snapshots, as git objects: fetched from a server, held in a bundle, checked against their names."""
