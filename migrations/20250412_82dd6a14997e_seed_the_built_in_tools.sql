-- @revision   82dd6a14997e
-- @revises    607ef585e538
-- @message    seed the built in tools
-- @created    2025-04-12T11:33:20Z

-- @up
-- A deployment that has made a tool of one of these names keeps its own.
INSERT INTO tools (id, name, description, parameters)
VALUES
    ('tool-send-message',   'send_message',   'Say something to the user.',
     '{"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}'),
    ('tool-memory-replace', 'memory_replace', 'Replace a text within a memory block.',
     '{"type": "object", "properties": {"label": {"type": "string"}, "old": {"type": "string"}, "new": {"type": "string"}}}'),
    ('tool-archive-insert', 'archive_insert', 'Put a passage into archival memory.',
     '{"type": "object", "properties": {"content": {"type": "string"}}, "required": ["content"]}'),
    ('tool-archive-search', 'archive_search', 'Find passages by meaning; at most "limit" of them.',
     '{"type": "object", "properties": {"query": {"type": "string"}, "limit": {"type": "integer"}}, "required": ["query"]}')
ON CONFLICT (name) DO NOTHING;

-- @down
DELETE FROM tools
WHERE id IN ('tool-send-message', 'tool-memory-replace', 'tool-archive-insert', 'tool-archive-search');
