/** Of an entry `e`: where the event that it points to was accepted, as `{log, position}`; null where it is that event itself. */
export const ORIGIN = `case when e.kind = 'adopt' then (select json_build_object('log', a.origin_log, 'position', a.origin_position)
    from adoptions a where a.tenant = e.tenant and a.log = e.log and a.position = e.position) end as origin`;
