# Stands for pytest where that is not installed: as much of it as the files in docs/other-languages.md use.
import contextlib, pathlib, sys, tempfile


def fixture(function=None, **_):
    return function or (lambda function: function)


@contextlib.contextmanager
def raises(kind, match=""):
    try:
        yield
    except kind as error:
        assert match in str(error), error
    else:
        raise AssertionError("nothing was raised")


class Folders:
    def mktemp(self, name):
        return pathlib.Path(tempfile.mkdtemp(prefix=name, dir="."))


if __name__ == "__main__":
    sys.modules["pytest"] = sys.modules["__main__"]
    import conftest, test_runners

    session = conftest.fake_program(Folders())
    program, passed = next(session), 0
    try:
        for name, test in list(vars(test_runners).items()):
            if name.startswith("test_"):
                each = conftest.fake(program)
                test(next(each))
                assert next(each, None) is None
                passed += 1
    finally:
        next(session, None)
    print(passed, "passed")
