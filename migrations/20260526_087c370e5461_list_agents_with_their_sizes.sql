-- @revision   087c370e5461
-- @revises    c898ddcfbb50
-- @message    list agents with their sizes
-- @created    2026-05-26T12:11:27Z

-- @up
CREATE VIEW agent_overview AS
SELECT
    agents.id,
    agents.name,
    (SELECT count(*) FROM messages WHERE messages.agent_id = agents.id) AS message_count,
    (SELECT count(*) FROM blocks WHERE blocks.agent_id = agents.id) AS block_count,
    (SELECT count(*) FROM passages WHERE passages.agent_id = agents.id) AS passage_count,
    (SELECT count(*) FROM runs WHERE runs.agent_id = agents.id AND runs.status = 'running') AS running_count
FROM agents;

-- @down
DROP VIEW agent_overview;
