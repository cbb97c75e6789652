create table products (
  id integer primary key,
  price_cents integer not null,
  stock integer not null
);
create table texts (
  product_id integer not null references products,
  language text not null,
  name text not null,
  primary key (product_id, language)
);
insert into products select n, 100 + n * 37 % 9000, n % 50 from generate_series(1, 500) as n;
insert into texts
  select n, language, case language when 'en' then 'Product ' when 'de' then 'Produkt ' else 'Produit ' end || n
  from generate_series(1, 500) as n, unnest(array['en', 'de', 'fr']) as language;
