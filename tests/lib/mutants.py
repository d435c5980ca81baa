# SPDX-License-Identifier: BSD-2-Clause
"""The mutants of a C file: changes of one expression, found in clang's syntax tree."""
import bisect
import re

from clang import cindex
from clang.cindex import CursorKind as K, TypeKind as T

MOVED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
INVERTED = {"==": "!=", "!=": "=="}
JOINED = {"&&": "||", "||": "&&"}
# Must stay constant, or says nothing about what runs.
SKIPPED = {K.CXX_UNARY_EXPR, K.ENUM_DECL, K.STATIC_ASSERT, K.STRUCT_DECL, K.UNEXPOSED_ATTR}
LOOPS = {K.WHILE_STMT, K.FOR_STMT}
LAST_IS_BODY = LOOPS | {K.CASE_STMT, K.DEFAULT_STMT, K.LABEL_STMT}
INTEGERS = {T.CHAR_S, T.CHAR_U, T.SCHAR, T.UCHAR, T.SHORT, T.USHORT, T.INT, T.UINT, T.LONG,
            T.ULONG, T.LONGLONG, T.ULONGLONG}


class Mutant:
    """text replaces file[begin:end] if the mutant runs; as_is is the code if it does not, with {}
    for the code of the mutants inside."""

    def __init__(self, file, function, line, span, text, as_is, change):
        self.file, self.function, self.line = file, function, line
        self.begin, self.end = span
        self.text, self.as_is = text, as_is
        self.change = " ".join(change.encode("latin-1").decode(errors="replace").split())
        self.nth = self.number = 0

    def key(self):
        return self.file, self.function, self.change

    def __str__(self):
        return f"{self.file}:{self.line}\t{self.function}\t{self.change}"


class Finder:
    def __init__(self, name, path, arguments):
        unit = cindex.TranslationUnit.from_source(
            path, arguments, options=cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
        errors = [str(d) for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
        if errors:
            raise SystemExit(f"{path}: {errors[0]}")
        with open(path, "rb") as file:
            self.source = file.read().decode("latin-1")  # offsets count bytes
        self.name = name
        self.found = []
        self.inverted = set()
        ours = [c for c in unit.cursor.get_children()
                if c.location.file and c.location.file.name == path]
        self.macros = outermost((c.extent.start.offset, c.extent.end.offset) for c in ours
                                if c.kind == K.MACRO_INSTANTIATION)
        for cursor in ours:
            if cursor.kind == K.FUNCTION_DECL and cursor.is_definition():
                self.function = cursor.spelling
                self.result = cursor.result_type.get_canonical().kind
                self.visit(list(cursor.get_children())[-1], [cursor])

    def code(self, node):
        return self.source[node.extent.start.offset:node.extent.end.offset]

    def line(self, node):
        return self.source.split("\n")[node.extent.start.line - 1]

    def comes_from_a_macro(self, node):
        begin, end = node.extent.start.offset, node.extent.end.offset
        at = bisect.bisect_right(self.macros, (begin, float("inf"))) - 1
        return (at >= 0 and self.macros[at][1] > begin
                and not (self.macros[at][0] == begin and self.macros[at][1] < end))

    def add(self, node, text, change=None, as_is="({})"):
        span = node.extent.start.offset, node.extent.end.offset
        self.found.append(Mutant(self.name, self.function, node.extent.start.line, span, text, as_is,
                                 change or f"{self.code(node)} -> {text}"))

    def invert(self, node):
        node = bare(node)
        span = node.extent.start.offset, node.extent.end.offset
        if self.comes_from_a_macro(node) or span in self.inverted:
            return
        self.inverted.add(span)
        self.add(node, f"!({self.code(node)})", as_is="!!({})")

    def operator(self, node):
        """The text and the operands of a binary operator."""
        left, right = node.get_children()
        between = self.source[left.extent.end.offset:right.extent.start.offset]
        token = re.sub(r"/\*.*?\*/|\s", "", between, flags=re.S)
        return token, left, right

    def visit(self, node, parents):
        if node.kind in SKIPPED:
            return
        if self.comes_from_a_macro(node):
            word = {"true": "false", "false": "true"}.get(self.code(node))
            if word and node.kind == K.INTEGER_LITERAL:
                self.add(node, word, f"{self.code(node)} -> {word} in {self.line(node)}")
            return
        children = list(node.get_children())
        handle = getattr(self, "on_" + node.kind.name.lower(), None)
        rest = handle(node, children, parents) if handle else None
        for child in children if rest is None else rest:
            self.visit(child, parents + [node])

    def on_var_decl(self, node, children, _):
        equals = self.source.find("=", node.location.offset, node.extent.end.offset)
        return [c for c in children if 0 <= equals < c.extent.start.offset]

    def on_decl_stmt(self, _, children, __):
        return [c for c in children if c.storage_class != cindex.StorageClass.STATIC]

    def on_case_stmt(self, _, children, __):
        return children[1:]

    def on_if_stmt(self, _, children, __):
        self.condition(children[0])

    def on_while_stmt(self, _, children, __):
        self.condition(children[0])

    def on_conditional_operator(self, _, children, __):
        self.condition(children[0])

    def on_do_stmt(self, _, children, __):
        self.condition(children[1])

    def on_for_stmt(self, node, children, _):
        first = self.source.find(";", node.extent.start.offset)
        second = self.source.find(";", first + 1)
        for child in children[:-1]:
            if first < child.extent.start.offset < second:
                self.condition(child)

    def condition(self, node):
        inner = bare(node)
        if inner.kind != K.BINARY_OPERATOR or self.operator(inner)[0] not in JOINED:
            self.invert(node)

    def on_binary_operator(self, node, _, __):
        token, left, right = self.operator(node)
        other = MOVED.get(token) or JOINED.get(token)
        if token in JOINED:
            self.condition(left)
            self.condition(right)
        elif token in INVERTED:
            self.invert(node)
        if other:
            left, right = self.code(left), self.code(right)
            self.add(node, f"{left} {other} {right}")

    def on_integer_literal(self, node, _, parents):
        parent, code = parents[-1], self.code(node)
        is_null = (parent.kind == K.UNEXPOSED_EXPR
                   and parent.type.get_canonical().kind == T.POINTER)
        is_returned = parent.kind == K.RETURN_STMT and code == "0"
        # x < 0 + 1 is x <= 0, which on_binary_operator() makes.
        outer = parents[-2] if parent.kind == K.UNEXPOSED_EXPR else parent
        is_compared = (outer.kind == K.BINARY_OPERATOR
                       and self.operator(outer)[0] in ("<", ">=")
                       and self.operator(outer)[2].extent == node.extent)
        if not (parent.kind in (K.INIT_LIST_EXPR, K.UNARY_OPERATOR) or is_null or is_returned
                or is_compared):
            self.add(node, f"{code} + 1", f"{code} -> {code} + 1 in {self.line(node)}")

    on_character_literal = on_integer_literal

    def on_call_expr(self, node, _, parents):
        statement = node
        parents = list(parents)
        while parents[-1].kind in (K.UNEXPOSED_EXPR, K.CSTYLE_CAST_EXPR):
            statement = parents.pop()
        if is_statement(statement, parents[-1]):
            self.add(statement, "(void)0", f"{self.code(node)} -> nothing", "(void)({})")

    def on_return_stmt(self, _, children, __):
        if not children or self.comes_from_a_macro(children[0]):
            return
        value, code = children[0], self.code(children[0])
        if self.result == T.BOOL:
            self.invert(value)
        elif self.result == T.ENUM:
            self.add(value, f"!({code})", f"return {code} -> return !({code})")
        elif self.result == T.POINTER or self.result in INTEGERS:
            zero = "NULL" if self.result == T.POINTER else "0"
            other = zero if code != zero else "-1"
            if code != "NULL":
                self.add(value, other, f"return {code} -> return {other}")


def outermost(spans):
    found = []
    for span in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not found or span[0] >= found[-1][1]:
            found.append(span)
    return found


def bare(node):
    while node.kind in (K.UNEXPOSED_EXPR, K.PAREN_EXPR):
        children = list(node.get_children())
        if len(children) != 1:
            break
        node = children[0]
    return node


def is_statement(node, parent):
    if parent.kind in (K.COMPOUND_STMT, K.DEFAULT_STMT, K.LABEL_STMT):
        return True
    siblings = list(parent.get_children())
    return (parent.kind == K.IF_STMT and siblings[0] != node
            or parent.kind in LAST_IS_BODY and siblings[-1] == node
            or parent.kind == K.DO_STMT and siblings[0] == node)


def find(name, path, arguments):
    finder = Finder(name, path, arguments)
    times = {}
    for mutant in finder.found:
        mutant.nth = times[mutant.key()] = times.get(mutant.key(), 0) + 1
    return finder.found


def render(source, mutants):
    """The source with all these mutants, each behind MUTANT(number)."""
    # Of two at the same place, the later one is inside.
    ordered = sorted(mutants, key=lambda m: (m.begin, -m.end))

    def part(begin, end):
        done = ""
        while ordered and ordered[0].begin < end:
            mutant = ordered.pop(0)
            done += source[begin:mutant.begin]
            inside = part(mutant.begin, mutant.end)
            done += (f"(MUTANT({mutant.number}) ? {mutant.text} : "
                     f"{mutant.as_is.replace('{}', inside)})")
            begin = mutant.end
        return done + source[begin:end]

    return part(0, len(source))
