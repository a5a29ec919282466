"""Names a provider mirror of this machine to Terraform, for a folder of this project alone.

Run by `make setup`. Strata itself looks only where Terraform's configuration points; a machine
without a way to the registry may have a mirror all the same, in one of the places where packages
put such things. What is found is printed, and held against `.terraform.lock.hcl` at every init.
"""

import os
from pathlib import Path

from strata.terraform.plugins import configuration, find_mirror, holds_provider, set_up_file

PLACES = ("/opt", "/srv", "/usr/local/share", "/usr/local/lib", "/usr/share", "/var/lib")


def main() -> None:
    """Write the configuration, unless Terraform knows a mirror or there is none."""
    if find_mirror(dict(os.environ), Path.home()):
        return
    for place in PLACES:
        for folder in sorted(Path(place).glob("*/")):
            if holds_provider(folder):
                file = set_up_file()
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(configuration(folder))
                print(f"Terraform takes the AWS provider from {folder} ({file.name})")
                return


if __name__ == "__main__":
    main()
