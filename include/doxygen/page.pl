#!/usr/bin/perl
# Makes a page of the reference of a Markdown file: `page.pl FILE`, as Doxygen's filter. Pages and their
# headings get names, which links between pages use; a link to anything else becomes its text.
use strict;
use warnings;

my $file = $ARGV[0];
open(my $lines, '<', $file) or die "page.pl: $file: $!\n";

# The path of a file below the top of the project, from which Doxygen is run.
sub normal {
    my @parts;
    for my $part (split m{/}, $_[0]) {
        if ($part eq '..') { pop @parts; }
        elsif ($part ne '.' && $part ne '') { push @parts, $part; }
    }
    return join '/', @parts;
}

sub page_of {
    my ($path) = @_;
    return 'index' if $path eq 'README.md' || $path eq 'include/front_page.md';
    $path =~ s{(/README)?\.md$}{};
    $path =~ s{\W}{_}g;
    return lc $path;
}

sub anchor_of {
    my ($heading) = @_;
    $heading = lc $heading;
    $heading =~ s{[^\w \-]}{}g;
    $heading =~ s{ }{-}g;
    return $heading;
}

use Cwd 'getcwd';
my $top = getcwd() . '/';
$file =~ s{^\Q$top\E}{};
my ($folder) = $file =~ m{^(.*/)?};
my $page = page_of($file);

sub link_of {
    my ($text, $path, $anchor) = @_;
    return "[$text]($path" . ($anchor // '') . ')' if $path =~ m{^\w+:};
    my $target = $path eq '' ? $file : normal(($folder // '') . $path);
    return $text unless $target =~ m{\.md$} && -e $target && $target !~ m{/results\.md$};
    my $name = page_of($target);
    $anchor = undef if $name eq 'index';  # the front page of the reference is another one
    $anchor = defined $anchor ? "#${name}_" . substr($anchor, 1) : '';
    return "[$text]($name.html$anchor)";
}

sub code_of {
    my ($code) = @_;
    $code =~ s{--}{\\--}g;
    return "<code>$code</code>";
}

my ($is_code, $is_first) = (0, 1);
while (my $line = <$lines>) {
    $is_code = !$is_code if $line =~ m{^\s*```};
    if (!$is_code) {
        if ($line =~ m{^(#+) (.*?)\s*$} && $line !~ m{\{#}) {
            my $label = $is_first ? $page : "${page}_" . anchor_of($2);
            $line = "$1 $2 {#$label}\n";
        }
        $is_first = 0 if $line =~ m{^#};
        # Doxygen shows the backslash of a bar in a cell of a table.
        $line =~ s{`([^`]*\\\|[^`]*)`}{code_of($1)}ge;
        $line =~ s{\[([^\]]*)\]\(([^)#]*)(#[^)]*)?\)}{link_of($1, $2, $3)}ge;
    }
    print $line;
}
