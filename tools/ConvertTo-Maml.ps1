param($Path,$Destination)
