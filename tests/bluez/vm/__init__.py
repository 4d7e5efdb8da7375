"""A virtual machine with a real kernel, a real bluetoothd and the installed hub: `python -m tests.bluez.vm`."""
