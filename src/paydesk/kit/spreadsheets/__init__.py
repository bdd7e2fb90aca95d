"""What spreadsheets write and open: files of lines and cells."""
