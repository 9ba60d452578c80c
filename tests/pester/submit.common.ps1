# Dot-sourced after common.ps1 by the tests that submit and wait.

function Get-SampleUrl([int] $Count, [int] $From = 1) {
    $From..($From + $Count - 1) | ForEach-Object { "https://cdn.example.com/$_.mp4" }
}

# The ID of an error, without the class of the cmdlet.
function Get-ErrorId($Record) {
    $Record.FullyQualifiedErrorId.Split(',')[0]
}
