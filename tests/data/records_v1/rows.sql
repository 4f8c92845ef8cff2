INSERT INTO hybrid_agent_effects
    (id, request_id, thread, customer_id, intent, operation, arguments, sources, summary, digest, "key",
     status, attempts, created, updated)
VALUES ('a1', 'r1', 't1', 'c1', 'refund', 'orders.refund', '{}', '{}', 'refund', 'd', 'k',
        'proposed', 0, '2026-11-23 12:00:00.000000', '2026-11-23 12:00:00.000000')

INSERT INTO hybrid_agent_approvals
    (id, action_id, thread, customer_id, intent, operation, digest, summary, payload, rules, created, expires,
     status)
VALUES ('p1', 'a1', 't1', 'c1', 'refund', 'orders.refund', 'd', 'refund', '{}', '[]',
        '2026-11-23 12:00:00.000000', '2026-11-23 13:00:00.000000', 'pending')

INSERT INTO hybrid_agent_hand_offs (id, thread, customer_id, reasons, detail, packet, status, opened)
VALUES ('h1', 't2', 'c2', '["anger"]', '',
        '{"summary": "wants a refund", "intents": [{"intent": "refund"}]}', 'open',
        '2026-11-23 12:00:00.000000')

INSERT INTO hybrid_agent_owners (thread, person, since, changed_by)
VALUES ('t2', 'mia', '2026-11-23 12:00:00.000000', 'mia')

INSERT INTO hybrid_agent_events (thread, customer_id, turn, mark, kind, at, data)
VALUES ('t1', NULL, 'm1', 'm1#0', 'received', '2026-11-23 12:00:00.000000', '{}'),
       ('t1', 'c1', 'm1', 'm1#1', 'answered', '2026-11-23 12:00:00.000000', '{}'),
       ('t3', NULL, 'm1', 'm1#0', 'received', '2026-11-23 12:00:00.000000', '{}')
