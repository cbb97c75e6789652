stat -c %a private.archive
