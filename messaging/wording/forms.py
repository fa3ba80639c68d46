from django import forms


class TemplateForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        error_messages={
            "required": "Give the template a name, so that it can be found.",
            "max_length": "This name has %(show_value)s characters. It can have 80.",
        },
    )
    body = forms.CharField(
        label="Words",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write the words of the template."},
    )
