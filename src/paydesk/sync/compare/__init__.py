"""After a restore: comparing the books with what a company charged meanwhile, until charging may go on."""
