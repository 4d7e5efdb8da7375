"""A bluetoothd of our own: `org.bluez` on a private bus, its adapter a virtual one."""
