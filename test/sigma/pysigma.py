"""Says what pySigma makes of rules: reads JSON of [{"rule": text, "events": [fields]}], writes JSON of results.

pySigma parses rule, modifiers and condition; here is only what it leaves to the systems that it converts to: how one
value is compared with one field. A result is the list of matches, or null where pySigma rejects the rule.
"""

import json
import re
import sys

from sigma import conditions, types
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule


def fold(text):
    return text.replace("Σ", "σ").replace("ς", "σ").lower()


def texts(fields, field):
    value = fields.get(field)
    if value is None:
        return []
    values = value if isinstance(value, list) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def pattern(value, anywhere):
    cased = isinstance(value, types.SigmaCasedString)
    parts = []
    for part in value.s:
        if isinstance(part, str):
            parts.append(re.escape(part if cased else fold(part)))
        else:
            parts.append(".*" if part == types.SpecialChars.WILDCARD_MULTI else ".")
    source = "".join(parts)
    compiled = re.compile(f".*{source}.*" if anywhere else source, re.DOTALL)
    return lambda text: compiled.fullmatch(text if cased else fold(text)) is not None


def compares(value, anywhere):
    """The comparison of one text with one value."""
    if isinstance(value, types.SigmaExpansion):
        tests = [compares(one, anywhere) for one in value.values]
        return lambda text: any(test(text) for test in tests)
    if isinstance(value, types.SigmaRegularExpression):
        flags = 0
        for flag in value.flags:
            flags |= value.sigma_to_python_flags[flag]
        # `$` is the end of the text alone, as in RE2
        compiled = re.compile(str(value.regexp), flags | re.ASCII)
        return lambda text: compiled.search(text) is not None
    if isinstance(value, types.SigmaCompareExpression):
        number = value.number.number
        operators = {"LT": float.__lt__, "LTE": float.__le__, "GT": float.__gt__, "GTE": float.__ge__}
        decimal = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*", re.ASCII | re.IGNORECASE)
        return lambda text: decimal.fullmatch(text) is not None and operators[value.op.name](
            float(text), float(number)
        )
    if isinstance(value, types.SigmaBool):
        return lambda text: fold(text) == str(value.boolean).lower()
    if isinstance(value, types.SigmaNumber):
        return lambda text: text == str(value.number) or (anywhere and str(value.number) in text)
    if isinstance(value, types.SigmaString):
        return pattern(value, anywhere)
    raise TypeError(type(value))


def holds(node, fields):
    if isinstance(node, conditions.ConditionAND):
        return all(holds(one, fields) for one in node.args)
    if isinstance(node, conditions.ConditionOR):
        return any(holds(one, fields) for one in node.args)
    if isinstance(node, conditions.ConditionNOT):
        return not holds(node.args[0], fields)
    if isinstance(node, conditions.ConditionValueExpression):
        test = compares(node.value, True)
        names = [name for name, value in fields.items() if not isinstance(value, bool)]
        return any(test(text) for name in names for text in texts(fields, name))
    value = node.value
    if isinstance(value, types.SigmaNull):
        return texts(fields, node.field) == []
    if isinstance(value, types.SigmaExists):
        return (node.field in fields) == value.exists
    test = compares(value, False)
    return any(test(text) for text in texts(fields, node.field))


def judge(case):
    try:
        trees = [one.parsed for one in SigmaRule.from_yaml(case["rule"]).detection.parsed_condition]
    except SigmaError:
        return None
    return [any(holds(tree, fields) for tree in trees) for fields in case["events"]]


json.dump([judge(case) for case in json.load(sys.stdin)], sys.stdout)
