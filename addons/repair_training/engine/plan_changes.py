"""What changed between two versions of a plan. Plain Python over the lines as they were approved (handbook 9.1.4)."""


def compare(before, after):
    """Compare two lists of lines.

    :param before, after: {line id: {field: text}}
    :return: list of (kind, line id, field, old, new), with the kinds ``added``, ``removed`` and ``changed``; in the order of the lines
    """
    changes = [("removed", line, None, None, None) for line in sorted(before.keys() - after.keys())]
    for line in sorted(after):
        if line not in before:
            changes.append(("added", line, None, None, None))
            continue
        changes += [
            ("changed", line, field, before[line].get(field), value)
            for field, value in after[line].items() if before[line].get(field) != value]
    return changes


def share_seats(people, seats):
    """Share people out over sessions of at most so many seats, as evenly as can be.

    :return: list of lists, in the order of ``people``
    """
    count = -(-len(people) // seats) if people else 0
    size, rest = divmod(len(people), count) if count else (0, 0)
    groups, start = [], 0
    for number in range(count):
        stop = start + size + (number < rest)
        groups.append(people[start:stop])
        start = stop
    return groups
