"""Law: nobody imports a vendor's folder, and no vendor imports another's. The registry finds them by name."""

from pathlib import Path

from tests.laws.sources import imports, python_files

GATEWAYS = Path("src/paydesk/gateways")


def test_nobody_imports_a_vendor() -> None:
    vendors = {path.relative_to(GATEWAYS).parts[0] for path in python_files("src") if _is_of_a_vendor(path)}
    strangers = [
        f"{path} imports {name}"
        for path in python_files("src")
        for name in imports(path)
        for vendor in vendors
        if f"{name}.".startswith(f"paydesk.gateways.{vendor}.") and not path.is_relative_to(GATEWAYS / vendor)
    ]
    assert strangers == []


def _is_of_a_vendor(path: Path) -> bool:
    return path.is_relative_to(GATEWAYS) and len(path.relative_to(GATEWAYS).parts) > 1
