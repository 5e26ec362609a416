-- @revision   4abcabff7cc0
-- @revises    75f72599b5d9
-- @message    give each agent an archive
-- @created    2025-10-15T09:14:44Z

-- @up
INSERT INTO archives (id, agent_id, name)
SELECT 'archive-of-' || id, id, name || ' (archive)'
FROM agents
WHERE id IN (SELECT agent_id FROM passages WHERE archive_id IS NULL);

UPDATE passages SET archive_id = 'archive-of-' || agent_id WHERE archive_id IS NULL;

-- @down
-- The foreign key sets passages.archive_id back to null.
DELETE FROM archives WHERE id LIKE 'archive-of-%';
