#Requires -Version 7.4

<#
.SYNOPSIS
    Creates the help files of the built module, one for each language, from the pages in docs/.
.DESCRIPTION
    A page has the texts: what the cmdlet does, examples, and what each parameter means. The attributes of parameters (parameter
    sets, types, positions, defaults, pipeline input) are read from the built module. A page that names other parameters than
    its cmdlet has, or a cmdlet without a page, is an error. The headings of sections are English in each language.
.PARAMETER Path
    The folder of the English pages, one per cmdlet, named after it. Pages in other languages are in its subfolders, such as zh-CN.
.PARAMETER ModulePath
    The folder of the built module, in which a folder is created for each language.
.EXAMPLE
    tools/ConvertTo-Maml.ps1 -Path docs -ModulePath out/VodPreheat
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Path,

    [Parameter(Mandatory)]
    [string] $ModulePath
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# The languages, with the folders of their pages. PowerShell finds the help of zh-CN, zh-SG, and zh-Hans-CN in that of their parent, zh-Hans.
$languages = [ordered]@{ 'en-US' = '.'; 'zh-Hans' = 'zh-CN' }

$namespaces = @{
    msh     = 'http://msh'
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

# The attributes of the cmdlets. Runs in a separate process, because an imported assembly cannot be unloaded.
$describe = {
    param([string] $Manifest)
    $module = Import-Module $Manifest -PassThru
    $optional = 'WhatIf', 'Confirm'
    $unbounded = [DateTimeOffset]::MinValue, [DateTimeOffset]::MaxValue, [int]::MaxValue
    $commands = foreach ($command in $module.ExportedCmdlets.Values) {
        $instance = [Activator]::CreateInstance($command.ImplementingType)
        $sets = foreach ($set in $command.ParameterSets) {
            $parameters = foreach ($parameter in $set.Parameters) {
                $attribute = $parameter.Attributes | Where-Object { $_ -is [Parameter] -and $_.ParameterSetName -in $set.Name, '__AllParameterSets' }
                if ($parameter.Name -in [System.Management.Automation.Cmdlet]::CommonParameters -or $attribute.DontShow) { continue }
                $pipeline = @(if ($parameter.ValueFromPipeline) { 'ByValue' }; if ($parameter.ValueFromPipelineByPropertyName) { 'ByPropertyName' })
                $default = if ($parameter.Name -in $optional) { $null } else { $instance.($parameter.Name) }
                @{
                    Name      = $parameter.Name
                    Type      = [Microsoft.PowerShell.ToStringCodeMethods]::Type($parameter.ParameterType) -replace '^(VodPreheat|System)\.'
                    IsSwitch  = $parameter.ParameterType -eq [switch]
                    Required  = $parameter.IsMandatory
                    Position  = if ($parameter.Position -lt 0) { 'named' } else { "$($parameter.Position)" }
                    Pipeline  = if ($pipeline) { "True ($($pipeline -join ', '))" } else { 'False' }
                    Aliases   = if ($parameter.Aliases) { $parameter.Aliases -join ', ' } else { 'none' }
                    Default   = if ($parameter.ParameterType -eq [switch]) { 'False' } elseif ($null -eq $default -or $default -in $unbounded) { 'None' } else { "$default" }
                }
            }
            @{ Name = $set.Name; Parameters = @($parameters) }
        }
        @{ Name = $command.Name; Verb = $command.Verb; Noun = $command.Noun; HelpUri = $command.HelpUri; Sets = @($sets) }
    }
    ConvertTo-Json @($commands) -Depth 8 -Compress
}

# An XML element with text, with elements, or empty.
function ConvertTo-Element([string] $Name, $Content, [hashtable] $Attributes = @{}) {
    $prefix, $local = $Name -split ':'
    $element = [System.Xml.Linq.XElement]::new([System.Xml.Linq.XName]::Get($local, $namespaces[$prefix]))
    foreach ($key in $Attributes.Keys | Sort-Object) { $element.SetAttributeValue($key, $Attributes[$key]) }
    foreach ($item in $Content) { $element.Add($item) }
    $element
}

# The sections of a page, or of a section, by their titles.
function Get-Section([string] $Text, [int] $Level) {
    $sections = [ordered]@{}
    $mark = '#' * $Level
    foreach ($part in [regex]::Split($Text, "(?m)^(?=$mark )") | Select-Object -Skip 1) {
        $title, $body = $part -split "`n", 2
        $sections[$title.Substring($Level).Trim().Trim('`')] = "$body".Trim()
    }
    $sections
}

# Markdown as the console shows it: the text of links, code without its marks.
function ConvertTo-PlainText([string] $Text) {
    $Text -replace '\[([^\]]+)\]\((https?:[^)]+)\)', '$1 ($2)' -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '[`*]'
}

# The paragraphs of a text: each item of a list is a paragraph, and a fenced block keeps its lines.
function ConvertTo-Paragraph([string] $Text) {
    foreach ($block in [regex]::Split($Text, '(?ms)^(```.*?^```)\s*$')) {
        if ($block -match '(?s)\A```[^\n]*\n(.*)\n```\z') {
            ConvertTo-Element maml:para $Matches[1]
            continue
        }
        foreach ($paragraph in [regex]::Split($block, '\n\s*\n|\n(?=- )')) {
            $line = (ConvertTo-PlainText $paragraph) -replace '\s+', ' '
            if ($line.Trim()) { ConvertTo-Element maml:para $line.Trim() }
        }
    }
}

function ConvertTo-Parameter($Parameter, [string] $Text, [switch] $Brief) {
    $attributes = @{
        required = "$($Parameter.Required)".ToLowerInvariant(); variableLength = 'false'; globbing = 'false'
        pipelineInput = $Parameter.Pipeline; position = $Parameter.Position; aliases = $Parameter.Aliases
    }
    ConvertTo-Element command:parameter -Attributes $attributes -Content @(
        ConvertTo-Element maml:name $Parameter.Name
        ConvertTo-Element maml:description @(if (-not $Brief) { ConvertTo-Paragraph $Text })
        if (-not ($Brief -and $Parameter.IsSwitch)) {
            ConvertTo-Element command:parameterValue $Parameter.Type -Attributes @{ required = 'true'; variableLength = 'false' }
        }
        ConvertTo-Element dev:type (ConvertTo-Element maml:name $Parameter.Type)
        ConvertTo-Element dev:defaultValue $Parameter.Default
    )
}

function ConvertTo-Example([string] $Title, [string] $Text) {
    if ($Text -notmatch '(?s)\A```powershell\n(.*?)\n```(.*)\z') { throw "'$Title' does not begin with a powershell block." }
    $code, $remarks = $Matches[1], $Matches[2]
    ConvertTo-Element command:example @(
        ConvertTo-Element maml:title "-------- $Title --------"
        ConvertTo-Element dev:code $code
        ConvertTo-Element dev:remarks @(ConvertTo-Paragraph $remarks; ConvertTo-Element maml:para)
    )
}

# Inputs and outputs: a type and its description.
function ConvertTo-Type([string] $Element, [string] $Text) {
    foreach ($type in (Get-Section $Text 3).GetEnumerator()) {
        ConvertTo-Element "command:$Element" @(
            ConvertTo-Element dev:type (ConvertTo-Element maml:name $type.Key)
            ConvertTo-Element maml:description @(ConvertTo-Paragraph $type.Value)
        )
    }
}

function ConvertTo-Command($Command, [string] $Text, [uri] $Address) {
    $page = Get-Section $Text 2
    $texts = Get-Section $page.PARAMETERS 3
    $parameters = @{}
    $Command.Sets | ForEach-Object Parameters | ForEach-Object { $parameters["-$($_.Name)"] = $_ }
    $difference = Compare-Object @($parameters.Keys) @($texts.Keys)
    if ($difference) { throw "$($Command.Name): its page and the cmdlet differ in $($difference.InputObject -join ', ')." }

    # The first link is the one that Get-Help -Online opens.
    $links = @([pscustomobject]@{ Text = 'Online version:'; Uri = $Address.AbsoluteUri })
    $links += foreach ($match in [regex]::Matches($page.'RELATED LINKS', '\[([^\]]+)\]\(([^)]+)\)')) {
        $target = $match.Groups[2].Value
        $isCmdlet = $target -ceq "$($match.Groups[1].Value).md"
        [pscustomobject]@{ Text = $match.Groups[1].Value; Uri = $isCmdlet ? '' : [uri]::new($Address, $target).AbsoluteUri }
    }

    ConvertTo-Element command:command @(
        ConvertTo-Element command:details @(
            ConvertTo-Element command:name $Command.Name
            ConvertTo-Element command:verb $Command.Verb
            ConvertTo-Element command:noun $Command.Noun
            ConvertTo-Element maml:description @(ConvertTo-Paragraph $page.SYNOPSIS)
        )
        ConvertTo-Element maml:description @(ConvertTo-Paragraph $page.DESCRIPTION)
        ConvertTo-Element command:syntax @(foreach ($set in $Command.Sets) {
                ConvertTo-Element command:syntaxItem @(
                    ConvertTo-Element maml:name $Command.Name
                    foreach ($parameter in $set.Parameters) { ConvertTo-Parameter $parameter -Brief }
                )
            })
        ConvertTo-Element command:parameters @(foreach ($name in $texts.Keys) { ConvertTo-Parameter $parameters[$name] $texts[$name] })
        ConvertTo-Element command:inputTypes @(ConvertTo-Type inputType $page.INPUTS)
        ConvertTo-Element command:returnValues @(ConvertTo-Type returnValue $page.OUTPUTS)
        ConvertTo-Element maml:alertSet (ConvertTo-Element maml:alert @(ConvertTo-Paragraph $page.NOTES))
        ConvertTo-Element command:examples @(foreach ($example in (Get-Section $page.EXAMPLES 3).GetEnumerator()) { ConvertTo-Example $example.Key $example.Value })
        ConvertTo-Element command:relatedLinks @(foreach ($link in $links) {
                ConvertTo-Element maml:navigationLink @(ConvertTo-Element maml:linkText $link.Text; ConvertTo-Element maml:uri $link.Uri)
            })
    )
}

$manifest = Get-Item (Join-Path $ModulePath '*.psd1')
$dll = Split-Path (Import-PowerShellDataFile $manifest).RootModule -Leaf
$json = & (Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')) -NoProfile -NonInteractive -OutputFormat Text -Command $describe -args $manifest.FullName
$commands = $json | ConvertFrom-Json
foreach ($language in $languages.GetEnumerator()) {
    $root = ConvertTo-Element msh:helpItems -Attributes @{ schema = 'maml' }
    foreach ($prefix in 'maml', 'command', 'dev') { $root.Add([System.Xml.Linq.XAttribute]::new([System.Xml.Linq.XNamespace]::Xmlns + $prefix, $namespaces[$prefix])) }
    foreach ($command in $commands) {
        $page = "$($language.Value)/$($command.Name).md"
        $text = (Get-Content (Join-Path $Path $page) -Raw) -replace "`r"
        $root.Add((ConvertTo-Command $command $text ([uri]::new([uri] $command.HelpUri, $page))))
    }
    $folder = New-Item (Join-Path $ModulePath $language.Key) -ItemType Directory -Force
    [System.Xml.Linq.XDocument]::new($root).Save((Join-Path $folder "$dll-Help.xml"))
}
