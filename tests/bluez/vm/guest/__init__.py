"""What runs inside the machine; needs nothing but the installed hub and its virtual sensors."""
