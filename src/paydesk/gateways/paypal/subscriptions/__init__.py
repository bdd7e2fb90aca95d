"""PayPal Subscriptions: PayPal collects, and Paydesk shows it, asks for what failed, pauses, resumes and cancels."""
