create table doctors (
  id int primary key,
  name varchar(60) not null,
  specialty varchar(40) not null
);
insert into doctors
  select seq, concat('Dr. ', elt(1 + seq % 8, 'Abara', 'Berg', 'Costa', 'Dahl', 'Ekman', 'Fiore', 'Grau', 'Hsu'), ' ', char(65 + seq % 23 using utf8mb4), '.'),
    elt(1 + seq % 5, 'general medicine', 'cardiology', 'dermatology', 'paediatrics', 'orthopaedics')
  from seq_1_to_40;

create table patients (
  id int auto_increment primary key,
  last_name varchar(40) not null,
  first_name varchar(40) not null,
  born date not null,
  phone varchar(15) not null
) collate utf8mb4_general_ci;
insert into patients
  select seq,
    elt(1 + (seq * 7 + seq div 40) % 24, 'Adeyemi', 'Bakker', 'Chen', 'de Vries', 'De Vries', 'Eriksen', 'Fischer', 'García', 'Garcia', 'Haddad', 'Ito', 'Jansen',
      'Kowalski', 'Laurent', 'Müller', 'Muller', 'Nowak', 'O''Brien', 'Petrov', 'Quint', 'Rossi', 'Silva', 'Tanaka', 'Zhou'),
    elt(1 + (seq * 11 + seq div 24) % 20, 'Ada', 'Ben', 'Chloé', 'Dirk', 'Elif', 'Femke', 'Goran', 'Hana', 'Ivo', 'Jun', 'Kofi', 'Lena', 'Mei', 'Nils', 'Olga', 'Pia', 'Rui', 'Sara', 'Tomás', 'Yara'),
    date('1940-01-01') + interval (seq * 379) % 29000 day,
    concat('06', lpad(seq * 31415927 % 100000000, 8, '0'))
  from seq_1_to_20000;

create table appointments (
  id int auto_increment primary key,
  code varchar(10) not null,
  patient_id int not null,
  doctor_id int not null,
  starts_at datetime not null,
  minutes int not null,
  status varchar(10) not null,
  reason varchar(200) not null,
  unique key by_code (code),
  key by_time (starts_at)
);
insert into appointments
  select seq, lpad(seq * 6180339887 % 10000000000, 10, '0'), 1 + seq * 17 % 20000, 1 + (seq * 13 + seq div 20000 * 3) % 40,
    timestamp('2024-01-01 08:00:00') + interval (seq * 97) % 1096 day + interval (seq * 7) % 32 * 15 minute,
    15 * (1 + seq % 3),
    case when (seq * 97) % 1096 >= 820 then elt(1 + seq % 9, 'cancelled', 'booked', 'booked', 'booked', 'booked', 'booked', 'booked', 'cancelled', 'booked')
      else elt(1 + seq % 11, 'missed', 'done', 'done', 'done', 'cancelled', 'done', 'done', 'done', 'done', 'done', 'done') end,
    concat(elt(1 + seq % 6, 'check-up', 'knee', 'blood test', 'vaccination', 'rash', 'second opinion'), ', told by telephone on day ', seq % 365, '; ', repeat('please come early. ', 1 + seq % 5))
  from seq_1_to_60000;
-- Doctor 7 was ill for a month: whatever was booked then is cancelled.
insert into appointments
  select 60000 + seq, lpad((60000 + seq) * 6180339887 % 10000000000, 10, '0'), 1 + seq * 29 % 20000, 7,
    timestamp('2026-06-01 08:00:00') + interval seq % 30 day + interval (seq * 7) % 32 * 15 minute, 15, 'cancelled', 'the doctor was ill'
  from seq_1_to_2500;

create table letters (
  id int auto_increment primary key,
  patient_id int not null,
  title varchar(80) not null,
  written_at datetime not null,
  scan mediumtext not null,
  key by_patient (patient_id)
);
insert into letters
  select seq, 1 + seq * 7 % 400, concat(elt(1 + seq % 4, 'Laboratory', 'X-ray', 'Referral', 'Discharge'), ' ', seq),
    timestamp('2023-05-01 10:00:00') + interval (seq * 131) % 900 hour,
    concat('Geachte collega, één ogenblik. ', repeat(md5(seq), 180 + seq % 60))
  from seq_1_to_1600;
