"""The console's endpoints."""

from hybrid_agent.serving.console.acting import assess, decide_plainly, give_back, keep_alive, say, take_over
from hybrid_agent.serving.console.case import case
from hybrid_agent.serving.console.editing import edit, send_edit
from hybrid_agent.serving.console.inbox import inbox
from hybrid_agent.serving.console.looking_on import case_live, inbox_live
from hybrid_agent.serving.console.looking_up import decisions, look_up
from hybrid_agent.serving.console.posted import (
    AssessmentForm,
    CaseQuery,
    DecisionForm,
    DecisionsQuery,
    EditForm,
    InboxQuery,
    SearchQuery,
    WriteForm,
)
from hybrid_agent.serving.routing import Access, Page

CASE = "/console/cases/{thread}"

PAGES = (
    Page("GET", "/console", Access.VIEWER, inbox, "What needs a person, by when it is due", query=InboxQuery),
    Page("GET", "/console/live", Access.VIEWER, inbox_live, "An event for each change of the inbox"),
    Page("GET", "/console/search", Access.VIEWER, look_up, "Find a conversation", query=SearchQuery),
    Page(
        "GET",
        "/console/decisions",
        Access.SUPERVISOR,
        decisions,
        "Who decided what, when, on what",
        query=DecisionsQuery,
    ),
    Page("GET", CASE, Access.VIEWER, case, "A conversation, and what is to be decided", query=CaseQuery),
    Page("GET", f"{CASE}/live", Access.VIEWER, case_live, "An event for each change of a conversation"),
    Page("POST", f"{CASE}/decide", Access.AGENT, decide_plainly, "Decide what waits", reads=DecisionForm),
    Page("GET", f"{CASE}/edit/{{approval}}", Access.AGENT, edit, "The form to change a pending action"),
    Page(
        "POST",
        f"{CASE}/edit/{{approval}}",
        Access.AGENT,
        send_edit,
        "Approve a pending action with changes",
        reads=EditForm,
    ),
    Page("POST", f"{CASE}/take-over", Access.AGENT, take_over, "Take a conversation over"),
    Page("POST", f"{CASE}/say", Access.AGENT, say, "Write to the customer", reads=WriteForm),
    Page("POST", f"{CASE}/give-back", Access.AGENT, give_back, "Give a conversation back"),
    Page("POST", f"{CASE}/assess", Access.AGENT, assess, "Say how a hand-off was", reads=AssessmentForm),
    Page("POST", f"{CASE}/keep-alive", Access.AGENT, keep_alive, "Keep a conversation", json=True),
)
