"""Mail by SMTP, signed webhooks, and the folder of reports."""
