-- Row security policies.
SELECT 'policy', quote_ident(p.polname), r.name,
       concat_ws(' ',
           CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
           CASE p.polcmd
               WHEN 'r' THEN 'for select' WHEN 'a' THEN 'for insert' WHEN 'w' THEN 'for update'
               WHEN 'd' THEN 'for delete' ELSE 'for all' END,
           'to ' || (
               SELECT string_agg(
                   CASE role WHEN 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(role)) END,
                   ', ' ORDER BY pg_get_userbyid(role))
               FROM unnest(p.polroles) role),
           'using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
           'with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
FROM pg_policy p
JOIN relation r ON r.oid = p.polrelid
