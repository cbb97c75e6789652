# The workshop works: move after move, each a transaction of its own, until somebody closes. It goes on when this script ends.
PATH=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1):$PATH
psql -qX "$DB_URL" -c "do \$\$ begin
  for turn in 1..300000 loop
    exit when to_regclass('workshop.closing') is not null;
    update workshop.tills set balance = balance - 1 where id = 1;
    insert into workshop.moves (from_till, to_till, amount) values (1, 2, 1);
    update workshop.tills set balance = balance + 1 where id = 2;
    commit;
  end loop;
end \$\$" < /dev/null > /dev/null 2>&1 &
until [ "$(psql -AtqX "$DB_URL" -c 'select count(*) > 700 from workshop.moves' < /dev/null)" = t ]; do
  sleep 0.05
done
