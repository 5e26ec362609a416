-- What is rare, with the statement that makes it.
SELECT 'other', name, NULL, statement FROM user_rare
