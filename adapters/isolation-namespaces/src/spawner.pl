# Starts sandboxes for a program that asks by standard input: what sandbox-script.ts does with some fifty programs of
# util-linux a sandbox (45 ms of processor time), done with system calls (2 ms). In Perl, as Debian cannot be without it and
# it can make any system call; of its library it needs nothing, and loads nothing.
#
# What a sandbox is made of is decided in sandbox-calls.ts, which sends a list of system calls; this only makes them. For
# what a sandbox costs is not its mounts but the memory that a forked process touches for the first time: a page for nearly
# every line of Perl. So there are few lines here, and values lie where they are sent to (call-list.ts).
#
# Arguments: the mode ("uid" or "user-namespace"), the address for requests, and the numbers of the system calls on this
# machine, as name=number. Requests: see call-list.ts. Answers, a line each:
#   ready
#   started ID FD                  the output can be opened at /proc/<this process>/fd/FD
#   ended ID STATUS CALL REASON    every process of the sandbox is dead; STATUS as of wait(2); CALL failed, for REASON
use strict;

my ($mode, $address);
# Constants, so that they take no memory of a child's own.
BEGIN {
    ($mode, $address) = (shift @ARGV, (shift @ARGV) + 0);
    for my $argument (@ARGV) {
        my ($name, $text) = split /=/, $argument;
        my $number = $text + 0;
        no strict 'refs';
        *{"NR_$name"} = sub () { $number };
    }
}

# linux/mount.h, linux/sched.h, linux/prctl.h, asm-generic/mman-common.h. No "use constant": that takes 5 ms to load.
sub PRIVATE() { 16384 | 1 << 18 }
sub NEW_MOUNTS() { 0x00020000 }
sub NEW_USERS() { 0x10000000 }
sub NEW_PIDS_IPC_NAMES() { 0x20000000 | 0x08000000 | 0x04000000 }
sub CHILD_SIGNAL() { 17 }
sub DROP_BOUNDING() { 24 }
sub NO_NEW_PRIVILEGES() { 38 }
sub AMBIENT() { 47 }
sub CLEAR_ALL() { 4 }
sub CORE_LIMIT() { 4 }
sub CLOSE_AT_EXEC() { 0x80000 }
sub SET_PIPE_SIZE() { 1031 }
sub MAY_FAIL() { 1 }
sub OR_NEXT() { 2 }
sub SAVES() { 4 }
sub EXECS() { 8 }
sub OF_SCRIPT() { 16 }
sub CALL_BYTES() { 64 }
sub OWN_BYTES() { 4096 }
sub LIST_BYTES() { 4_194_304 }

sub give_up { print "$_[0]: $!\n"; exit 1 }

sub write_file { my ($path, $text) = @_; open(my $file, '>', $path) or return 0; print $file $text; return close $file }

my $scratch = $address - OWN_BYTES;
# Readable, writable; private, of no file, at just this address.
syscall(NR_mmap, $scratch, OWN_BYTES + LIST_BYTES, 1 | 2, 2 | 32 | 0x100000, -1, 0) == $scratch or give_up('no memory');
umask 022;
my $limit = pack('QQ', 0, 0);
syscall(NR_setrlimit, CORE_LIMIT, $limit);
$| = 1;
my ($user, $group) = ($> + 0, $) + 0);
syscall(NR_unshare, NEW_MOUNTS | ($mode eq 'uid' ? 0 : NEW_USERS)) == 0 or give_up('failed to make namespaces');
if ($mode eq 'uid') {
    # What every command is to be without, and this can do without, too: a command loses all else with its user.
    my $capability = 0;
    1 while syscall(NR_prctl, DROP_BOUNDING, $capability++, 0, 0, 0) == 0;
    syscall(NR_setgroups, 0, 0) == 0 or give_up('failed to leave groups');
}
else {
    write_file('/proc/self/setgroups', 'deny')
        && write_file('/proc/self/uid_map', "0 $user 1")
        && write_file('/proc/self/gid_map', "0 $group 1")
        or give_up('failed to map the user');
}
my ($none, $top) = ('none', '/');
syscall(NR_mount, $none, $top, 0, PRIVATE, 0) == 0 or give_up('failed to make mounts private');
syscall(NR_prctl, AMBIENT, CLEAR_ALL, 0, 0, 0);
syscall(NR_prctl, NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 or give_up('failed to keep rights away');
# The way back out of a sandbox's mounts.
open(my $own_mounts, '<', '/proc/self/ns/mnt') or give_up('failed to open own mounts');
my $own_mounts_file = fileno $own_mounts;
print "ready\n";

# By its number 1, or by where its end can be seen.
my (%number_1, %end_seen_at);
# Where output can be read, until the one that asked has opened it: a job may be over before.
my %output_of;
# Of the request and the call that is made; declared once, as they take memory where they are declared.
my ($id, $calls, $spawner_end, $guard_end, $command_end, $name_at);
my ($output, $out, $end, $end_out, $pid, $result, $saved, $failed_at, $why);
my ($at, $number, $rule, $marks, $a, $b, $c, $d, $e);

sub words { return unpack "j$_[1]", unpack 'P' . 8 * $_[1], pack 'J', $_[0] }

while (1) {
    my $wanted = '';
    vec($wanted, 0, 1) = 1;
    vec($wanted, $_, 1) = 1 for values %end_seen_at;
    next if select($wanted, undef, undef, undef) < 0;
    for my $ended (keys %end_seen_at) { end_sandbox($ended) if vec($wanted, $end_seen_at{$ended}, 1) }
    next if !vec($wanted, 0, 1);
    my $length = read_whole($scratch, 8) ? (words($scratch, 1))[0] : 0;
    # With the end of standard input the one that asked is gone, and so is everything it asked for.
    if ($length <= 0 || $length > LIST_BYTES || !read_whole($address, $length)) {
        kill 'KILL', values %number_1;
        exit 0;
    }
    (my $kind, $id, $calls, $spawner_end, $guard_end, $command_end, $name_at) = words($address, 7);
    if ($kind == 1) { start_sandbox() }
    elsif ($kind == 2) {
        my $opened = delete $output_of{$id};
        syscall(NR_close, $opened) if defined $opened;
    }
    elsif ($number_1{$id}) { kill $calls, -$number_1{$id}, $number_1{$id} }
}

sub read_whole {
    my ($to, $left) = @_;
    while ($left > 0) {
        my $count = syscall(NR_read, 0, $to, $left);
        next if $count < 0 && $! == 4;
        return 0 if $count <= 0;
        $to += $count;
        $left -= $count;
    }
    return 1;
}

sub start_sandbox {
    if (syscall(NR_pipe2, $scratch, CLOSE_AT_EXEC) != 0 || syscall(NR_pipe2, $scratch + 8, CLOSE_AT_EXEC) != 0) {
        print "ended $id 32000 0 $!\n";
        return;
    }
    ($output, $out, $end, $end_out) = unpack 'l4', unpack 'P16', pack 'J', $scratch;
    # 1 MiB of room, see sandbox-output.ts; where the user has too much of that already, it stays as it is.
    syscall(NR_fcntl, $out, SET_PIPE_SIZE, 1 << 20);
    # In the mounts of the sandbox while its root is built, so that this need not be done in memory that was forked.
    ($failed_at, $why) = (0, 0);
    $pid = syscall(NR_unshare, NEW_MOUNTS);
    if ($pid == 0 && make_calls($calls, $spawner_end)) {
        $pid = syscall(NR_clone, NEW_PIDS_IPC_NAMES | CHILD_SIGNAL, 0, 0, 0, 0);
        run_sandbox() if $pid == 0;
    }
    $why = $! + 0 if $pid < 0;
    syscall(NR_setns, $own_mounts_file, NEW_MOUNTS) == 0 or die "cannot come back: $!\n";
    syscall(NR_close, $out);
    syscall(NR_close, $end_out);
    if ($pid >= 0) {
        $output_of{$id} = $output;
        print "started $id $output\n";
    }
    if ($pid > 0) {
        # In both processes, as either may be the first.
        syscall(NR_setpgid, $pid, $pid);
        $number_1{$id} = $pid;
        $end_seen_at{$id} = $end;
        return;
    }
    syscall(NR_close, $end);
    syscall(NR_close, $output) if $pid < 0;
    tell_end($id, 32_000, $failed_at, $why);
}

# Goes through calls; $failed_at and $why tell which one failed that must not.
sub make_calls {
    ($at, my $to) = @_;
    for (; $at < $to; $at += CALL_BYTES) {
        ($number, $rule, $marks, $a, $b, $c, $d, $e) = unpack 'j8', unpack 'P64', pack 'J', $at;
        next if $rule & OF_SCRIPT && $why != 8;
        # Where files are wanted as arguments they are the first one.
        $a = $marks == 1 ? $out : $saved if $marks;
        $result = syscall($number, $a, $b, $c, $d, $e);
        if ($result >= 0) {
            $saved = $result if $rule & SAVES;
            $at += CALL_BYTES if $rule & OR_NEXT;
        }
        elsif (!($rule & (MAY_FAIL | OR_NEXT))) { ($failed_at, $why) = ($at, $! + 0); return 0 }
        # As execvp(3): a program that cannot be started says more than one that is not there.
        elsif ($rule & EXECS && $! != 2 && $! != 20) { $why = $! + 0 }
    }
    return 1;
}

# Number 1 of the sandbox: starts the command and takes in orphans; with its end the kernel ends all. Signals do not reach
# it, as it has no handler; the command gets them itself, as a member of the group.
sub run_sandbox {
    make_calls($spawner_end, $guard_end) or fail();
    $pid = syscall(NR_clone, CHILD_SIGNAL, 0, 0, 0, 0);
    if ($pid == 0) { make_calls($guard_end, $command_end) ? not_started() : fail() }
    if ($pid < 0) { ($failed_at, $why) = ($guard_end, $! + 0); fail() }
    # The end of the output is the end of those who can write to it; what is left open tells its own end.
    syscall(NR_close_range, 0, $end_out - 1, 0);
    syscall(NR_close_range, $end_out + 1, 0xFFFFFFFF, 0);
    1 while wait != $pid;
    syscall(NR_exit_group, $? & 127 ? 128 + ($? & 127) : $? >> 8);
}

sub fail {
    my $text = pack 'jj', $failed_at, $why;
    syscall(NR_write, $end_out, $text, 16);
    syscall(NR_exit_group, 125);
}

sub not_started {
    $! = $why || 2;
    my $name = unpack 'p', pack 'J', $name_at;
    syswrite STDERR, "$name: $!\n";
    syscall(NR_exit_group, $why ? 126 : 127);
}

sub end_sandbox {
    my ($ended) = @_;
    # What comes before the end tells which call failed.
    my $count = syscall(NR_read, $end_seen_at{$ended}, $scratch, 16);
    my ($failed_at, $why) = $count == 16 ? words($scratch, 2) : (0, 0);
    waitpid delete $number_1{$ended}, 0;
    syscall(NR_close, delete $end_seen_at{$ended});
    tell_end($ended, $?, $failed_at, $why);
}

sub tell_end {
    my ($ended, $status, $failed_at, $why) = @_;
    $! = $why;
    print "ended $ended $status ", $failed_at, $why ? " $!" : '', "\n";
}
