"""Changes what cannot be changed in place, without losing data: export, drop, recreate, load.

Vendor's page, section "Remove the Hugging Face Serverless integration from your organization": to
preserve the data, export it, and load it into the new collection without its vectors where
provider, model or dimension are others.
"""
