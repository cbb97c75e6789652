test ! -e never.archive
