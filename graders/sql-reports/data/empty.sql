-- A shop on its first day: shelves, and nobody has come yet.
insert into categories values
  (1, 'Fiction', null),
  (2, 'Crime', 1),
  (3, 'Poetry', 1),
  (4, 'Science', null),
  (5, 'Astronomy', 4),
  (6, 'Comets', 5),
  (7, 'Maps', null),
  (8, 'Cold cases', 2);
insert into books values
  (1, 'The Long Rain', 1),
  (2, 'A Tide of Ink', 2),
  (3, 'Silent Ferry', 2),
  (4, 'Monsoon Songs', 3),
  (5, 'Saturn by Bicycle', 5),
  (6, 'Comet Years', 6),
  (7, 'Night Train', 2),
  (8, 'The Cold Desk', 8),
  (9, 'Small Stars', 5);
