"""What pip was told about a machine is what uv is told."""

from toolbox.pip_settings import translate


def test_a_machine_without_settings_tells_uv_nothing() -> None:
    assert translate("") == {}


def test_the_environment_is_stronger_than_a_file() -> None:
    listing = ":env:.index-url='https://near.example/simple'\nglobal.index-url='https://far.example/simple'\n"
    assert translate(listing) == {"UV_DEFAULT_INDEX": "https://near.example/simple"}


def test_several_places_are_separated_as_uv_wants_them() -> None:
    listing = "global.find-links='one two'\ninstall.extra-index-url='https://a.example\\nhttps://b.example'\n"
    assert translate(listing) == {
        "UV_FIND_LINKS": "one,two",
        "UV_INDEX": "https://a.example https://b.example",
    }


def test_what_uv_does_not_know_is_left_out() -> None:
    assert translate("global.disable-pip-version-check='1'\n") == {}
