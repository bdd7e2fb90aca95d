"""What a company says of a payment, kept: the collectible, its tries, what went back, what it is made of."""
