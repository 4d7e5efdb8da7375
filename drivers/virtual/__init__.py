"""Virtual sensors and the air between them and the hub, on Bumble's virtual controllers."""
