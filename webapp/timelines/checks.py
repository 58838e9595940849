"""What a campaign's plan needs before it is launched."""

from webapp.approvals.readiness import Finding, readiness_check
from webapp.timelines import queries
from webapp.timelines.outlook import outlook


@readiness_check("campaign")
def there_is_a_plan_that_holds(campaign_id: int) -> Finding:
    """Somebody wrote down what has to be done, and it ends before the target."""
    url = f"/campaigns/{campaign_id}/timeline"
    found = outlook(campaign_id)
    if found is None:
        return Finding("Plan", False, "There is no plan yet", url)
    return Finding("Plan", not found.is_late, "It ends after the target date", url)


@readiness_check("campaign")
def everything_is_somebodys(campaign_id: int) -> Finding | None:
    """Every open task has somebody who does it."""
    tasks = [one for one in queries.lines(campaign_id) if one.is_open and not one.is_milestone]
    if not tasks:
        return None
    nobodys = sum(one.assignee_id is None for one in tasks)
    missing = f"{nobodys} of {len(tasks)} open tasks have nobody"
    return Finding("People", not nobodys, missing, f"/campaigns/{campaign_id}/tasks")


@readiness_check("campaign")
def nothing_is_blocked(campaign_id: int) -> Finding | None:
    """No task waits for something outside the plan."""
    tasks = [one for one in queries.lines(campaign_id) if one.is_open]
    if not tasks:
        return None
    stuck = sum(one.is_blocked for one in tasks)
    missing = f"{stuck} task{'s are' if stuck != 1 else ' is'} blocked"
    return Finding("Blocked work", not stuck, missing, f"/campaigns/{campaign_id}/tasks")
