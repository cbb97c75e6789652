-- A bookshop in Kolkata. All moments are in UTC.
create table customers (
  id int primary key,
  name varchar(80) not null,
  city varchar(60),
  joined_on date not null
);
create table categories (
  id int primary key,
  name varchar(60) not null,
  parent_id int references categories (id)
);
create table books (
  id int primary key,
  title varchar(80) not null,
  category_id int not null references categories (id)
);
create table orders (
  id int primary key,
  customer_id int references customers (id),
  placed_at timestamp not null,
  status varchar(10) not null
);
create index orders_placed_at on orders (placed_at);
create table order_lines (
  order_id int not null references orders (id),
  line_no int not null,
  book_id int not null references books (id),
  copies int not null,
  price numeric(8,2) not null,
  primary key (order_id, line_no)
);
create table payments (
  id int primary key,
  order_id int not null references orders (id),
  amount numeric(8,2) not null,
  paid_at timestamp not null
);
create table card_entries (
  id int primary key,
  card varchar(12) not null,
  booked_at timestamp not null,
  amount numeric(8,2) not null
);
