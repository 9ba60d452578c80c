# Dot-sourced behind common.ps1 by the tests of submitting and waiting.

function Get-SampleUrl([int] $Count, [int] $From = 1) {
    $From..($From + $Count - 1) | ForEach-Object { "https://cdn.example.com/$_.mp4" }
}

# The id of an error, without the cmdlet's name behind it.
function Get-ErrorId($Record) {
    $Record.FullyQualifiedErrorId.Split(',')[0]
}
