"""Every verb that changes what was agreed together with how it is paid."""
