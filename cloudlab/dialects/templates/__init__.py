"""CloudFormation templates: what stands now, written down so that it can be made again; Terraform's spelling of it for reading."""
