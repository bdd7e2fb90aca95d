"""What is sent of an order: parcels, and what is delivered by a link."""
