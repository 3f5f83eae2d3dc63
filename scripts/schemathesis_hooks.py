"""What Schemathesis cannot make up, and what would end the walk."""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    # A cursor is sealed by the server: made up, it is refused.
    if case.meta is not None and case.meta.generation.mode.is_positive and case.query:
        case.query.pop("cursor", None)
