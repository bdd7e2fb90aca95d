"""Who sells: the merchant, its look, its clock and its connections to payment companies."""
