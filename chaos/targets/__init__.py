"""What the lab knows of a family beyond what its nodes say of themselves: whom one can aim at, and orders."""
