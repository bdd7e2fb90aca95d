"""How we speak to payment companies: a contract, a registry, one way out, an exam, and a folder for each company."""
