CREATE TABLE hybrid_agent_effects (
    id VARCHAR NOT NULL,
    request_id VARCHAR NOT NULL,
    thread VARCHAR NOT NULL,
    customer_id VARCHAR,
    intent VARCHAR NOT NULL,
    operation VARCHAR NOT NULL,
    arguments JSON NOT NULL,
    sources JSON NOT NULL,
    summary TEXT NOT NULL,
    digest VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    approved_by VARCHAR,
    claimed_by VARCHAR,
    claimed_until TIMESTAMP WITH TIME ZONE,
    attempts INTEGER NOT NULL,
    result JSON,
    error TEXT,
    settled_by VARCHAR,
    note TEXT,
    created TIMESTAMP WITH TIME ZONE NOT NULL,
    updated TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT hybrid_agent_effects_status CHECK (status in ('proposed', 'approved', 'executing', 'succeeded', 'failed', 'unknown', 'dropped'))
)

CREATE INDEX hybrid_agent_effects_customer ON hybrid_agent_effects (customer_id, digest, status)

CREATE UNIQUE INDEX hybrid_agent_effects_once ON hybrid_agent_effects (customer_id, digest) WHERE status IN ('approved', 'executing', 'unknown')

CREATE INDEX ix_hybrid_agent_effects_thread ON hybrid_agent_effects (thread)

CREATE INDEX ix_hybrid_agent_effects_updated ON hybrid_agent_effects (updated)

CREATE TABLE hybrid_agent_events (
    id BIGSERIAL NOT NULL,
    thread VARCHAR NOT NULL,
    customer_id VARCHAR,
    turn VARCHAR NOT NULL,
    mark VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    intent VARCHAR,
    ms FLOAT,
    data JSON NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT hybrid_agent_events_once UNIQUE (thread, mark)
)

CREATE INDEX ix_hybrid_agent_events_at ON hybrid_agent_events (at)

CREATE TABLE hybrid_agent_hand_offs (
    id VARCHAR NOT NULL,
    thread VARCHAR NOT NULL,
    customer_id VARCHAR,
    reasons JSON NOT NULL,
    detail TEXT NOT NULL,
    packet JSON NOT NULL,
    status VARCHAR NOT NULL,
    opened TIMESTAMP WITH TIME ZONE NOT NULL,
    closed TIMESTAMP WITH TIME ZONE,
    closed_by VARCHAR,
    PRIMARY KEY (id),
    CONSTRAINT hybrid_agent_hand_offs_status CHECK (status in ('open', 'closed'))
)

CREATE INDEX ix_hybrid_agent_hand_offs_status ON hybrid_agent_hand_offs (status)

CREATE INDEX ix_hybrid_agent_hand_offs_thread ON hybrid_agent_hand_offs (thread)

CREATE TABLE hybrid_agent_owners (
    thread VARCHAR NOT NULL,
    person VARCHAR,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by VARCHAR NOT NULL,
    PRIMARY KEY (thread)
)

CREATE TABLE hybrid_agent_version (
    version SERIAL NOT NULL,
    PRIMARY KEY (version)
)

CREATE TABLE hybrid_agent_approvals (
    id VARCHAR NOT NULL,
    action_id VARCHAR NOT NULL,
    thread VARCHAR NOT NULL,
    customer_id VARCHAR,
    intent VARCHAR NOT NULL,
    operation VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    summary TEXT NOT NULL,
    payload JSON NOT NULL,
    rules JSON NOT NULL,
    created TIMESTAMP WITH TIME ZONE NOT NULL,
    expires TIMESTAMP WITH TIME ZONE NOT NULL,
    status VARCHAR NOT NULL,
    decided_by VARCHAR,
    decided_at TIMESTAMP WITH TIME ZONE,
    decision JSON,
    reason TEXT,
    PRIMARY KEY (id),
    CONSTRAINT hybrid_agent_approvals_status CHECK (status in ('pending', 'approved', 'edited', 'rejected', 'responded', 'taken_over', 'withdrawn', 'expired')),
    FOREIGN KEY(action_id) REFERENCES hybrid_agent_effects (id)
)

CREATE INDEX hybrid_agent_approvals_due ON hybrid_agent_approvals (status, expires)

CREATE UNIQUE INDEX hybrid_agent_approvals_once ON hybrid_agent_approvals (action_id) WHERE status = 'pending'

CREATE INDEX ix_hybrid_agent_approvals_action_id ON hybrid_agent_approvals (action_id)

CREATE INDEX ix_hybrid_agent_approvals_thread ON hybrid_agent_approvals (thread)

CREATE OR REPLACE FUNCTION hybrid_agent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'events are only ever added, never changed or removed'; END $$

CREATE TRIGGER hybrid_agent_events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON hybrid_agent_events FOR EACH STATEMENT EXECUTE FUNCTION hybrid_agent_refuse()

INSERT INTO hybrid_agent_version (version) VALUES (1)
