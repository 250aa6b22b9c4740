"""
Stands in for packages that a loader imports and does not compute with (PyTorch above all, which weighs gigabytes).
Their names can be imported, subclassed and used as decorators. Once sealed, a call of any of them is an error: so a
test that passes has shown that the loader did without. A package that is installed is used as it is.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types

missing = set()


class StandIn(type):
    """The class of every name that is asked of a package that is missing."""

    sealed = False

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return named(f"{cls.__qualname__}.{name}", cls.__module__)

    def __call__(cls, *args, **kwargs):
        if cls.__module__.split(".")[0] not in missing:
            return type.__call__(cls, *args, **kwargs)  # a class of the loader's own, made from one of these
        if StandIn.sealed:
            raise RuntimeError(f"{cls.__module__}.{cls.__qualname__} was called: install {cls.__module__.split('.')[0]}")
        return args[0] if len(args) == 1 and callable(args[0]) and not kwargs else cls

    def __getitem__(cls, item):
        return cls

    def __or__(cls, other):
        return cls

    __ror__ = __or__

    def __bool__(cls):
        return False


def named(name, module):
    return StandIn(name, (), {"__module__": module})


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds any module of a package that is missing."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in missing:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__version__ = "0.0.0"

        def attribute(name):
            if name.startswith("__"):
                raise AttributeError(name)
            return named(name, spec.name)

        module.__getattr__ = attribute
        return module

    def exec_module(self, module):
        pass


def stand_in(*packages):
    """From here on these packages can be imported, where they are not installed."""
    missing.update(name for name in packages if importlib.util.find_spec(name) is None)
    sys.meta_path.append(Finder())


def seal():
    """From here on calling what is not installed is an error."""
    StandIn.sealed = True
