"""Where units leave their exports: a folder, SFTP, HTTP(S), S3, or what fsspec has a driver for."""
