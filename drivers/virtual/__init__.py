"""Virtual sensors and their virtual radio link ("air") to the hub, on Bumble's virtual controllers."""
