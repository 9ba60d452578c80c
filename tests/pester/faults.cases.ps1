# Dot-sourced by the tests of faults at discovery. Reads the fault matrix:
# - faults.csv has each fault, with the category and ID of the error that it causes; a fault without a category causes no error. A fault
#   is a FaultKind of the test server (tests/server/Faults), or the HTTP status and error code of an answer, such as "403 VOD.10057".
# - faults.behavior.csv has what the module does after an error. The row is that of the category, unless the fault has another one.

$script:signIns = 'AccessKey', 'SecurityToken', 'Token', 'Password', 'Identity'

$script:behaviors = @{}
foreach ($row in Import-Csv "$PSScriptRoot/faults.behavior.csv") {
    $behaviors[$row.Behavior] = @{}
    foreach ($column in $row.PSObject.Properties | Where-Object Name -NE Behavior) { $behaviors[$row.Behavior][$column.Name] = $column.Value -eq 'yes' }
}

# The faults of the service, or of the network, with their behavior.
function Get-Fault([string] $Where) {
    foreach ($row in Import-Csv "$PSScriptRoot/faults.csv" | Where-Object Where -EQ $Where) {
        $behavior = @($row.Behavior, $row.Category, 'NoFailure').Where({ $_ }, 'First')[0]
        @{
            Fault           = $row.Fault
            Category        = $row.Category
            Id              = $row.ErrorId
            # HttpClient itself sends a GET three more times if the connection ends without an answer.
            SendsPerAttempt = $row.Fault -eq 'CloseBeforeHeaders' ? 4 : 1
        } + $behaviors[$behavior]
    }
}

# A test case for each fault, with more values. If several ways to sign in are specified, the cases use them in turn.
function Get-Case([hashtable[]] $Fault, [string[]] $SignIn, [hashtable] $With) {
    $next = 0
    foreach ($one in $Fault) {
        $case = $one + $With + @{ SignIn = $SignIn[$next++ % $SignIn.Count] }

        # Tokens are not signed, so an incorrect clock causes no error.
        if ($case.Fault -like 'Skew*' -and $case.SignIn -in 'Token', 'Password') {
            $case.Id = $case.Category = ''
            foreach ($name in $behaviors.NoFailure.Keys) { $case[$name] = $false }
        }
        $case
    }
}

# The ways to sign in, beginning with another one, so that a fault meets different ones in different tests.
function Get-SignInFrom([int] $Start) { 0..4 | ForEach-Object { $signIns[($_ + $Start) % 5] } }
