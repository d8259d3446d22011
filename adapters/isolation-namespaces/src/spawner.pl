# Starts sandboxes for a program that asks by standard input, one child each: what sandbox-script.ts does with some fifty
# programs of util-linux a sandbox (45 ms of processor time), done with system calls (3 ms). In Perl, as Debian cannot be
# without it and it can make any system call; of its library it needs nothing.
#
# Arguments: the mode ("uid" or "user-namespace"), then the numbers of the system calls on this machine, as name=number.
# Requests: length (32 bits, big-endian) and fields, with NUL between; see sandbox-request.ts. Answers, a line each:
#   ready
#   started ID FD            the output can be opened at /proc/<this process>/fd/FD
#   ended ID STATUS FAULT    every process of the sandbox is dead; STATUS as of wait(2)
use strict;
use warnings;

my ($mode, @numbers) = @ARGV;
my %number_of = map { my ($name, $number) = split /=/; $name => $number + 0 } @numbers;

# linux/mount.h, linux/sched.h, linux/prctl.h, linux/capability.h
use constant {
    RDONLY => 1, NOSUID => 2, NODEV => 4, NOEXEC => 8, REMOUNT => 32, BIND => 4096, REC => 16384, PRIVATE => 1 << 18,
    DETACH => 2,
    NEW_MOUNTS => 0x00020000, NEW_NAMES => 0x04000000, NEW_IPC => 0x08000000, NEW_USERS => 0x10000000,
    NEW_PIDS => 0x20000000, CHILD_SIGNAL => 17,
    DEATH_SIGNAL => 1, DROP_BOUNDING => 24, NO_NEW_PRIVILEGES => 38, AMBIENT => 47, CLEAR_ALL => 4,
    CAPABILITY_VERSION => 0x20080522, CORE_LIMIT => 4, KILL => 9, CLOSE_AT_EXEC => 4,
};

# Perl passes numbers as they are and texts as addresses; what was ever used as a text must not be taken for one.
sub call { my ($name, @values) = @_; return syscall($number_of{$name}, @values) }

sub mount {
    my ($source, $target, $type, $flags, $data) = @_;
    return call('mount', "$source", "$target", "$type", $flags + 0, "$data") == 0;
}

sub write_file { my ($path, $text) = @_; open(my $file, '>', $path) or return 0; print $file $text; return close $file }

sub read_file { my ($path) = @_; open(my $file, '<', $path) or return ''; local $/; my $text = <$file>; return $text // '' }

sub write_maps {
    my ($inside_user, $inside_group, $user, $group) = @_;
    return write_file('/proc/self/setgroups', 'deny')
        && write_file('/proc/self/uid_map', "$inside_user $user 1")
        && write_file('/proc/self/gid_map', "$inside_group $group 1");
}

umask 022;
call('setrlimit', CORE_LIMIT, pack('QQ', 0, 0));
$SIG{PIPE} = 'IGNORE';
$| = 1;
my ($user, $group) = ($> + 0, $) + 0);
my $namespaces = NEW_MOUNTS | ($mode eq 'uid' ? 0 : NEW_USERS);
if (call('unshare', $namespaces) != 0) { print "failed to make namespaces: $!\n"; exit 1 }
if ($mode ne 'uid' && !write_maps(0, 0, $user, $group)) { print "failed to map the user: $!\n"; exit 1 }
if (!mount('none', '/', '', REC | PRIVATE, '')) { print "failed to make mounts private: $!\n"; exit 1 }
print "ready\n";

my %jobs;
# Where output can be read, until the one that asked has opened it: a job may be over before.
my %outputs;
my $buffer = '';
while (1) {
    my $wanted = '';
    vec($wanted, 0, 1) = 1;
    vec($wanted, fileno $_->{fault}, 1) = 1 for values %jobs;
    next if select($wanted, undef, undef, undef) < 0;
    for my $id (keys %jobs) { end_job($id) if vec($wanted, fileno $jobs{$id}{fault}, 1) }
    next if !vec($wanted, 0, 1);
    # With the end of standard input the one that asked is gone, and so is everything it asked for.
    my $count = sysread STDIN, $buffer, 65_536, length $buffer;
    if (!$count) { kill 'KILL', map { $_->{pid} } values %jobs; exit 0 }
    while (length $buffer >= 4) {
        my $length = unpack 'N', $buffer;
        last if length $buffer < 4 + $length;
        answer(split /\0/, substr($buffer, 4, $length), -1);
        substr($buffer, 0, 4 + $length) = '';
    }
}

sub answer {
    my ($request, $id, @fields) = @_;
    return start_job($id, @fields) if $request eq 'start';
    delete $outputs{$id} if $request eq 'opened';
    my $job = $jobs{$id} or return;
    kill $fields[0], -$job->{pid}, $job->{pid} if $request eq 'signal';
}

sub start_job {
    my ($id, @fields) = @_;
    my ($output, $out, $fault, $fault_out);
    if (!pipe($output, $out) || !pipe($fault, $fault_out)) { print "ended $id 32000 cannot make a pipe: $!\n"; return }
    my $flags = NEW_MOUNTS | NEW_PIDS | NEW_IPC | NEW_NAMES | CHILD_SIGNAL;
    my $pid = call('clone', $flags, 0, 0, 0, 0);
    if ($pid < 0) { print "ended $id 32000 cannot start a process: $!\n"; return }
    if ($pid == 0) { run_sandbox($out, $fault_out, @fields); leave(125) }
    # In both processes, as either may be the first.
    setpgrp $pid, $pid;
    close $out;
    close $fault_out;
    $jobs{$id} = { pid => $pid, fault => $fault };
    $outputs{$id} = $output;
    print "started $id ", fileno $output, "\n";
}

sub end_job {
    my ($id) = @_;
    my $job = $jobs{$id};
    my $text = '';
    # What comes before the end is the fault.
    return if sysread($job->{fault}, $text, 1000) && ($job->{text} .= $text);
    waitpid $job->{pid}, 0;
    my $status = $?;
    my $fault = $job->{text} // '';
    $fault =~ tr/\n/ /;
    delete $jobs{$id};
    print "ended $id $status $fault\n";
}

sub leave { call('exit_group', $_[0] + 0) }

my $fault_to;
sub fail { my ($what) = @_; syswrite $fault_to, "$what: $!"; leave(125) }

# Number 1 of the sandbox: builds its root, starts the command, takes in orphans; with its end the kernel ends all.
sub run_sandbox {
    my ($out, $fault_out, @fields) = @_;
    $fault_to = $fault_out;
    setpgrp 0, 0;
    call('prctl', DEATH_SIGNAL, KILL, 0, 0, 0);
    # The command gets these itself, as a member of the group; without a handler number 1 would never see them, either.
    $SIG{$_} = sub { } for qw(TERM INT HUP QUIT USR1 USR2);
    open STDIN, '<', '/dev/null' or fail('cannot empty standard input');
    open STDOUT, '>&', $out or fail('cannot set standard output');
    open STDERR, '>&', $out or fail('cannot set standard error');
    my $take = sub { my ($count) = @_; return splice @fields, 0, $count };
    my $list = sub { my ($width) = @_; my ($count) = $take->(1); return $take->($count * $width) };
    my ($root, $number, $name, $home, $host, $cwd, $resolver) = $take->(7);
    # Else "echo x >/dev/stderr" would be refused: that opens the pipe again.
    chown $number, $number, $out if $mode eq 'uid';
    close $out;
    my @folders = $list->(1);
    my @links = $list->(1);
    my @memory = $list->(1);
    my @bound = $list->(4);
    my @command = $list->(1);
    my @environment = $list->(1);
    mount('sluice', $root, 'tmpfs', NOSUID | NODEV, 'mode=0755,size=16m') or fail('cannot mount a root');
    chdir $root or fail('cannot enter the root');
    bind_path($_, $_, 1) for @folders;
    for my $link (@links) { symlink readlink($link), ".$link" or fail('cannot link') }
    mkdir 'proc' and mount('proc', 'proc', 'proc', NOSUID | NODEV | NOEXEC, '') or fail('cannot mount /proc');
    add_accounts("$name:x:$number:$number:$name:$home:/bin/bash\n", "$name:x:$number:\n");
    if ($resolver ne '') { make_parents(".$resolver"); write_file(".$resolver", read_file($resolver)) }
    add_devices();
    for my $path (@memory) {
        make_folder(".$path");
        mount('sluice', ".$path", 'tmpfs', NOSUID | NODEV, 'mode=1777') or fail("cannot mount $path");
    }
    while (my ($kind, $from, $to, $layers) = splice @bound, 0, 4) {
        if ($kind ne 'layers') { bind_path($from, $to, $kind eq 'read-only'); next }
        make_folder(".$to");
        mount('sluice', ".$to", 'overlay', NOSUID | NODEV, $layers) or fail('cannot mount the layers');
    }
    call('sethostname', "$host", length $host) == 0 or fail('cannot set the host name');
    mkdir '.old' and call('pivot_root', '.', '.old') == 0 and chdir '/' or fail('cannot enter the new root');
    call('umount2', '/.old', DETACH) == 0 and rmdir '/.old' or fail('cannot leave the old root');
    mount('none', '/', '', REMOUNT | BIND | RDONLY | NOSUID | NODEV, '') or fail('cannot close the root');
    my $command = fork // fail('cannot start a process');
    if ($command == 0) { run_command($number + 0, $cwd, \@command, \@environment); leave(125) }
    1 while wait != $command;
    leave($? & 127 ? 128 + ($? & 127) : $? >> 8);
}

sub make_folder {
    my ($path) = @_;
    my $at = '';
    for my $part (split m{/}, $path) {
        $at .= $at eq '' ? $part : "/$part";
        mkdir $at if $part ne '.';
    }
    -d $path or fail("cannot make $path");
}

sub make_parents { my ($path) = @_; make_folder($1) if $path =~ m{^(.+)/[^/]+$} }

# A source mounted "noexec" must stay so where it belongs to another user namespace, hence the second tries; there binding
# without what is mounted below is refused, too.
sub bind_path {
    my ($from, $to, $is_read_only) = @_;
    my $target = ".$to";
    if (-d $from) { make_folder($target) }
    else { make_parents($target); -e $target or write_file($target, '') or fail("cannot make $to") }
    mount($from, $target, '', BIND, '') || mount($from, $target, '', BIND | REC, '') or fail("cannot bind $from");
    my $flags = REMOUNT | BIND | NOSUID | NODEV | ($is_read_only ? RDONLY : 0);
    mount('none', $target, '', $flags, '') || mount('none', $target, '', $flags | NOEXEC, '') or fail("cannot bind $from");
}

# The machine's accounts and one more, so that the user inside has a name.
sub add_accounts {
    my %line_of = (passwd => $_[0], group => $_[1]);
    mkdir '.etc' or fail('cannot add an account');
    for my $file (sort keys %line_of) {
        write_file(".etc/$file", read_file("/etc/$file") . $line_of{$file}) or fail('cannot add an account');
        mount(".etc/$file", "etc/$file", '', BIND, '')
            and mount('none', "etc/$file", '', REMOUNT | BIND | RDONLY | NOSUID | NODEV, '')
            or fail('cannot add an account');
    }
}

sub add_devices {
    make_folder('dev/shm');
    for my $file (qw(null zero full random urandom tty)) {
        write_file("dev/$file", '') and mount("/dev/$file", "dev/$file", '', BIND, '') or fail("cannot give /dev/$file");
    }
    symlink '/proc/self/fd', 'dev/fd';
    symlink "fd/$_->[0]", "dev/$_->[1]" for [ 0, 'stdin' ], [ 1, 'stdout' ], [ 2, 'stderr' ];
    mount('sluice', 'dev/shm', 'tmpfs', NOSUID | NODEV, 'mode=1777,size=1g') or fail('cannot mount /dev/shm');
}

# The environment comes last: variables such as LD_PRELOAD must not reach a program that still has rights.
sub run_command {
    my ($number, $cwd, $command, $environment) = @_;
    $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP QUIT USR1 USR2 PIPE);
    if ($mode eq 'uid') {
        my $capability = 0;
        1 while call('prctl', DROP_BOUNDING, $capability++, 0, 0, 0) == 0;
        call('setgroups', 0, 0) == 0 && call('setresgid', $number, $number, $number) == 0
            && call('setresuid', $number, $number, $number) == 0
            or fail('cannot change the user');
    }
    # A second user namespace: in the first one the process may mount, here it has no capability over anything.
    elsif (call('unshare', NEW_USERS) != 0 || !write_maps($number, $number, 0, 0)) { fail('cannot change the user') }
    call('prctl', AMBIENT, CLEAR_ALL, 0, 0, 0);
    call('capset', pack('LL', CAPABILITY_VERSION, 0), pack('L6', (0) x 6)) == 0 or fail('cannot drop capabilities');
    call('prctl', NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 or fail('cannot keep rights away');
    open STDIN, '<', '/dev/null' or fail('cannot empty standard input');
    chdir $cwd or fail("cannot enter $cwd");
    # Nothing that was open where this program was started may come along.
    call('close_range', 3, 0xFFFFFFFF, CLOSE_AT_EXEC);
    %ENV = map { split /=/, $_, 2 } @$environment;
    exec { $command->[0] } @$command or print STDERR "$command->[0]: $!\n";
    leave($! == 2 ? 127 : 126);
}
